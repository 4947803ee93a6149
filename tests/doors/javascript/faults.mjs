// Make calls that fail as the test has planned, without retries, and print how each ends.
import * as sdk from "@aws-sdk/client-secrets-manager";

const client = new sdk.SecretsManagerClient({ maxAttempts: 1, requestHandler: { requestTimeout: 200, throwOnRequestTimeout: true } });
const ends = [];
for (let number = 0; number < Number(process.argv[2]); number++) {
  try {
    ends.push((await client.send(new sdk.GetSecretValueCommand({ SecretId: "db" }))).SecretString);
  } catch (error) {
    ends.push([error.name, error.$metadata?.httpStatusCode ?? null]);
  }
}
console.log(JSON.stringify(ends));
