import base64, email.utils, hashlib, hmac, json, os, urllib.request

KEY = @KEY@
SECRET = os.environ["KEYDESK_API_SECRET"].encode()
SITE = @ORIGIN@
METHOD, TARGET = "POST", @TARGET@
BODY = json.dumps({"messages": [
    {"content": "Hi", "destination_number": "+61491570156"}]}).encode()

date = email.utils.formatdate(usegmt=True)
md5 = hashlib.md5(BODY).hexdigest()
signed = f"Date: {date}\nContent-MD5: {md5}\n{METHOD} {TARGET} HTTP/1.1"
mac = hmac.new(SECRET, signed.encode(), "@HASH@").digest()
signature = base64.b64encode(mac).decode()
request = urllib.request.Request(SITE + TARGET, BODY, {
    "Date": date,
    "Content-MD5": md5,
    "Content-Type": "application/json",
    "Authorization": f'hmac username="{KEY}", algorithm="@ALGORITHM@", '
    f'headers="Date Content-MD5 request-line", signature="{signature}"',
}, method=METHOD)
print(urllib.request.urlopen(request).read().decode())
