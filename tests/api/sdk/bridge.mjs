// The JavaScript SDK v3 as a client for every_operation.py: reads {"operation", "input"} a line, sends the command with
// the unmodified SDK, writes {"output"} or {"error": {"code", "message"}} a line. Dates come out as ISO-8601 texts.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [modules, endpoint, region] = process.argv.slice(2);
const sdk = createRequire(modules + "/")("@aws-sdk/client-imagebuilder");
const client = new sdk.ImagebuilderClient({ endpoint, region, maxAttempts: 1 });

function typed(operation, input) {
    return operation === "StartResourceStateUpdate" && input.updateAt
        ? { ...input, updateAt: new Date(input.updateAt * 1000) } : input;
}

async function answer({ operation, input }) {
    try {
        const command = new sdk[operation + "Command"](typed(operation, input));
        const { $metadata, ...output } = await client.send(command);
        return { output };
    } catch (error) {
        return { error: { code: error.name, message: error.message, status: error.$metadata?.httpStatusCode } };
    }
}

for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + "\n");
}
