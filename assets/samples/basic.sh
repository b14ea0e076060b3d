(
  : "${KEYDESK_API_SECRET:?is not set}"
  key=@KEY@
  url=@URL@
  body='{"messages":[{"content":"Hi","destination_number":"+61491570156"}]}'
  token=$(printf '%s:%s' "$key" "$KEYDESK_API_SECRET" | base64 | tr -d '\n')
  printf 'Authorization: Basic %s\n' "$token" |
    curl -sS -i -H @- -H 'Content-Type: application/json' \
      --data-binary "$body" "$url"
)
