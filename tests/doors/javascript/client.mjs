// Call Secrets Manager with AWS's SDK for JavaScript, and print the results for the test.
import * as sdk from "@aws-sdk/client-secrets-manager";

const client = new sdk.SecretsManagerClient({});
const told = {};

const created = await client.send(new sdk.CreateSecretCommand({ Name: "js/db", SecretString: "one" }));
told.created = created.Name;
const put = await client.send(
  new sdk.PutSecretValueCommand({ SecretId: "js/db", SecretBinary: Uint8Array.of(0, 255), VersionStages: ["AWSPENDING"] }),
);
told.stages = put.VersionStages;
const pending = await client.send(new sdk.GetSecretValueCommand({ SecretId: "js/db", VersionStage: "AWSPENDING" }));
told.pending = Array.from(pending.SecretBinary);
const current = await client.send(new sdk.GetSecretValueCommand({ SecretId: "js/db" }));
told.current = current.SecretString;
told.createdIsDate = current.CreatedDate instanceof Date;

told.pages = [];
for await (const page of sdk.paginateListSecrets({ client, pageSize: 2 }, {})) {
  told.pages.push(page.SecretList.map((secret) => secret.Name));
}

told.errors = [];
for (const [command, kind] of [
  [new sdk.GetSecretValueCommand({ SecretId: "nowhere" }), sdk.ResourceNotFoundException],
  [new sdk.CreateSecretCommand({ Name: "js/db" }), sdk.ResourceExistsException],
  [new sdk.GetSecretValueCommand({ SecretId: "" }), Error],
]) {
  try {
    await client.send(command);
  } catch (error) {
    told.errors.push([error.name, error.message, error instanceof kind, error.$metadata.httpStatusCode]);
  }
}
console.log(JSON.stringify(told));
