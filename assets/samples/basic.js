const key = @KEY@;
const secret = process.env.KEYDESK_API_SECRET;
if (!secret) throw new Error("KEYDESK_API_SECRET is not set");
const url = @URL@;
const body = JSON.stringify({
  messages: [{ content: "Hi", destination_number: "+61491570156" }],
});

const token = Buffer.from(`${key}:${secret}`).toString("base64");
fetch(url, { method: "POST", body, headers: {
  Authorization: `Basic ${token}`,
  "Content-Type": "application/json",
} }).then(async (reply) => console.log(reply.status, await reply.text()));
