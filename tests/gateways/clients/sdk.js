// The published npm package sends a message and lists the replies. Both outcomes go to standard output.
const lib = require('messagemedia-messages-sdk');

const [gate, kind, key, secret] = process.argv.slice(2);
lib.Configuration.BASEURI = `http://${gate}`;
const prefix = kind === 'hmac' ? 'hmacAuth' : 'basicAuth';
lib.Configuration[`${prefix}UserName`] = key;
lib.Configuration[`${prefix}Password`] = secret;
const body = { messages: [{ content: 'hello', destination_number: '+61491570156' }] };
const calls = [() => lib.MessagesController.sendMessages(body), () => lib.RepliesController.checkReplies()];
(async () => {
    for (const call of calls) {
        await call().then(() => console.log(200), (refused) => console.log(refused.errorCode));
    }
})();
