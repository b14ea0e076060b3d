# The package messagemedia-simple sends a message and lists the replies. Both outcomes go to standard output.
import sys

import requests
from messagemedia_simple import MessagesAPI

gate, kind, key, secret = sys.argv[1:]
client = MessagesAPI(key, secret, hmac_auth=kind == "hmac", api_host=gate)
for call in (lambda: client.send_message("hello", "+61491570156"), lambda: client.get_replies()):
    try:
        call()
        print(200)
    except requests.HTTPError as refused:
        print(refused.response.status_code)
