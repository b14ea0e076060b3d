import os, urllib.request
from xml.sax.saxutils import escape

USER = @KEY@
PASSWORD = os.environ["KEYDESK_API_SECRET"]
URL = @ROOT@
API = "http://xml.m4u.com.au/2009"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
BODY = f"""<s:Envelope xmlns:s="{SOAP}"><s:Body><checkUser xmlns="{API}">
<authentication><userId>{escape(USER)}</userId>
<password>{escape(PASSWORD)}</password></authentication>
</checkUser></s:Body></s:Envelope>"""

request = urllib.request.Request(URL, BODY.encode(), {
    "Content-Type": "text/xml; charset=utf-8",
    "SOAPAction": f'"{API}/checkUser"',
})
print(urllib.request.urlopen(request).read().decode())
