(
  : "${KEYDESK_API_SECRET:?is not set}"
  key=@KEY@
  site=@ORIGIN@
  method=POST target=@TARGET@
  body='{"messages":[{"content":"Hi","destination_number":"+61491570156"}]}'
  date=$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')
  md5=$(printf %s "$body" | openssl md5 -r | cut -d ' ' -f 1)
  sig=$(printf 'Date: %s\nContent-MD5: %s\n%s %s HTTP/1.1' \
    "$date" "$md5" "$method" "$target" |
    openssl dgst -@HASH@ -hmac "$KEYDESK_API_SECRET" -binary |
    openssl base64 -A)
  {
    printf 'Authorization: hmac username="%s", ' "$key"
    printf 'algorithm="@ALGORITHM@", headers="%s", signature="%s"\n' \
      'Date Content-MD5 request-line' "$sig"
  } | curl -sS -i -H @- -H "Date: $date" -H "Content-MD5: $md5" \
    -H 'Content-Type: application/json' \
    -X "$method" --data-binary "$body" "$site$target"
)
