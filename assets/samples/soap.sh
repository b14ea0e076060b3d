(
  : "${KEYDESK_API_SECRET:?is not set}"
  user=@KEY@
  url=@ROOT@
  api=http://xml.m4u.com.au/2009
  xml() { printf %s "$1" | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g'; }
  printf '<s:Envelope xmlns:s="%s"><s:Body><checkUser xmlns="%s">
<authentication><userId>%s</userId><password>%s</password></authentication>
</checkUser></s:Body></s:Envelope>\n' \
    http://schemas.xmlsoap.org/soap/envelope/ "$api" \
    "$(xml "$user")" "$(xml "$KEYDESK_API_SECRET")" |
    curl -sS -i -H 'Content-Type: text/xml; charset=utf-8' \
      -H "SOAPAction: \"$api/checkUser\"" --data-binary @- "$url"
)
