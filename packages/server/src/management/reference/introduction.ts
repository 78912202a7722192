/** Beginning of the page `docs/reference/management-api.md`, up to the table of errors. */
export const introduction = `# Management API

*Generated from the operations in \`packages/server/src/management\` by \`npm run docs\`; do not edit.*

The management API is at \`/management/v1\` of the server. [management-openapi.json](management-openapi.json) is its OpenAPI
document, from which programs can generate clients; a server returns its own at \`/openapi.json\` without a token. The
[command line](cli.md) calls the same operations.

\`\`\`sh
curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8181/management/v1/whoami
\`\`\`

- Every operation needs an access token in the header \`Authorization\`, as in the catalog API.
- Bodies are JSON with \`Content-Type: application/json\`. Unknown members and unknown query parameters are refused.
- Where a path contains \`{principal}\`, \`{role}\` or \`{engine}\`, it is the id or the name, percent-encoded. The name of a user of
  another issuer is \`ISSUER#SUBJECT\`, and that of a group \`ISSUER#NAME\`.
- A namespace in a query is one parameter for each level: \`?namespace=sales&namespace=eu\`.
- Lists have pages. A response with a \`nextPageToken\` that is not null has a next page: send the token as \`pageToken\` with the
  same other parameters.
- Every operation states the privilege that it needs. The page [Privileges](privileges.md) explains privileges.

## Errors

The body of an error is \`{"error": {"message": "…", "type": "…", "code": 404}}\`. The message states what was refused and what to
do. Every operation can return the errors of this table. Those in the section of an operation are additional.

`
