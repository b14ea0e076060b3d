# pip install messagemedia-messages-sdk
import os
from message_media_messages.configuration import Configuration
from message_media_messages.message_media_messages_client import (
    MessageMediaMessagesClient)

Configuration.base_uri = @BASE@
client = MessageMediaMessagesClient(
    @KEY@,
    os.environ["KEYDESK_API_SECRET"],
    use_hmac_authentication=@SIGNS@)
print(client.replies.check_replies().replies)
