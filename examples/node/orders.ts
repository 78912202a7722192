// Creates a table, writes a file to its storage and commits a change of it. Usage: orders.ts CREDENTIAL_FILE
import { readFile } from 'node:fs/promises'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { isRestError, RestCatalog } from '@headgate/iceberg/client'

const uri = process.env['HEADGATE_URL'] ?? 'http://127.0.0.1:8181'
const [credentialFile = ''] = process.argv.slice(2)
await using catalog = await RestCatalog.connect({
  uri,
  warehouse: 'lakehouse',
  properties: {
    'rest.auth.type': 'oauth2',
    'rest.auth.oauth2.token-endpoint': `${uri}/v1/oauth/tokens`,
    'rest.auth.oauth2.scope': 'catalog',
    credential: (await readFile(credentialFile, 'utf8')).trim(),
  },
})

const notes = { namespace: ['sales'], name: 'notes' }
const schema = { type: 'struct', fields: [{ id: 1, name: 'text', type: 'string', required: true }] } as const
const table = await catalog.createTable(notes, { schema })

// The AWS SDK gets the keys of this table when it needs them. They are renewed before they expire.
await using credentials = catalog.storageCredentials(table)
const s3 = new S3Client({
  endpoint: table.config['s3.endpoint'] ?? '',
  region: table.config['client.region'] ?? 'us-east-1',
  forcePathStyle: true,
  credentials,
})
const { host: Bucket, pathname } = new URL(`${table.metadata.location}/data/hello.txt`)
await s3.send(new PutObjectCommand({ Bucket, Key: pathname.slice(1), Body: 'hello' }))
const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: pathname.slice(1) }))
console.log('stored:', await Body?.transformToString())

const changed = await catalog.updateTable(table).setProperties({ owner: 'etl' }).commit()
console.log('owner:', changed.metadata.properties?.['owner'])
for await (const { name } of catalog.listTables(['sales'])) console.log('table:', name)

try {
  await catalog.createNamespace(['hr'])
} catch (error) {
  if (!isRestError(error, 'ForbiddenException')) throw error
  console.log('refused:', error.message)
}
