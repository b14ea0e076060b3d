# The published Python package sends a message and lists the replies. Both outcomes go to standard output.
import sys

from message_media_messages.configuration import Configuration
from message_media_messages.exceptions.api_exception import APIException
from message_media_messages.message_media_messages_client import MessageMediaMessagesClient

gate, kind, key, secret = sys.argv[1:]
Configuration.base_uri = "http://" + gate
client = MessageMediaMessagesClient(key, secret, kind == "hmac")
body = {"messages": [{"content": "Gr\u00fc\u00dfe", "destination_number": "+61491570156"}]}
for call in (lambda: client.messages.send_messages(body), lambda: client.replies.check_replies()):
    try:
        call()
        print(200)
    except APIException as refused:
        print(refused.context.response.status_code)
