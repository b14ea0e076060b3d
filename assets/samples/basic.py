import base64, json, os, urllib.request

KEY = @KEY@
SECRET = os.environ["KEYDESK_API_SECRET"]
URL = @URL@
BODY = json.dumps({"messages": [
    {"content": "Hi", "destination_number": "+61491570156"}]}).encode()

token = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
request = urllib.request.Request(URL, BODY, {
    "Authorization": f"Basic {token}",
    "Content-Type": "application/json",
})
print(urllib.request.urlopen(request).read().decode())
