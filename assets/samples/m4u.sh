(
  : "${KEYDESK_API_SECRET:?is not set}"
  user=@KEY@
  url=@ROOT@
  printf '%s\r\n' m4u "USER=$user" "PASSWORD=$KEYDESK_API_SECRET" \
    VER=PHP1.0 CHECKREPLY2.0 . |
    curl -sS -i -H 'Content-Type: text/plain; charset=utf-8' \
      --data-binary @- "$url"
)
