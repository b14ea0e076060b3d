# curl, with openssl for the signature, sends a message and lists the replies. Both outcomes go to standard output.
set -eu
gate=$1 kind=$2 key=$3 secret=$4

ask() { # method, target, body
    if [ "$kind" = basic ]; then
        set -- "$@" -u "$key:$secret"
    else
        date=$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')
        md5=$(printf %s "$3" | openssl md5 -r | cut -d' ' -f1)
        signature=$(printf 'Date: %s\nContent-MD5: %s\n%s %s HTTP/1.1' "$date" "$md5" "$1" "$2" |
            openssl dgst -sha256 -hmac "$secret" -binary | openssl base64 -A)
        fields="Date Content-MD5 request-line"
        set -- "$@" -H "Date: $date" -H "Content-MD5: $md5" -H \
            "Authorization: hmac username=\"$key\", algorithm=\"hmac-sha256\", headers=\"$fields\", signature=\"$signature\""
    fi
    method=$1 target=$2 body=$3
    shift 3
    [ -z "$body" ] || set -- "$@" -H 'Content-Type: application/json' --data-binary "$body"
    curl -sS -o /dev/null -w '%{http_code}\n' -X "$method" "$@" "http://$gate$target"
}

ask POST /v1/messages '{"messages":[{"content":"hello","destination_number":"+61491570156"}]}'
ask GET '/v1/replies?page=0&page_size=10' ''
