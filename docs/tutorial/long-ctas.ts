// Creates a table as an engine runs CREATE TABLE AS SELECT: stages the table, writes files for a long time, and commits.
// Usage: long-ctas.ts CREDENTIAL_FILE SECONDS
import { setTimeout as sleep } from 'node:timers/promises'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { connect } from './connect.ts'

const [credentialFile = '', seconds = '120'] = process.argv.slice(2)
await using catalog = await connect(credentialFile)
const { metadata: orders } = await catalog.loadTable({ namespace: ['sales'], name: 'orders' })
const [schema = { type: 'struct', fields: [] }] = orders.schemas

// Other clients cannot see the table before the commit, but its storage credentials can already be renewed.
const staged = await catalog.createTable(
  { namespace: ['sales'], name: 'orders_copy' },
  { schema, stageCreate: true },
)
await using credentials = catalog.storageCredentials(staged)
const s3 = new S3Client({
  endpoint: staged.config['s3.endpoint'] ?? '',
  region: staged.config['client.region'] ?? 'us-east-1',
  forcePathStyle: true,
  credentials,
})

const { host: Bucket, pathname } = new URL(`${staged.metadata.location}/data`)
const accessKeys = new Set<string>()
const end = Date.now() + Number(seconds) * 1_000
for (let part = 1; Date.now() < end; part += 1) {
  const Key = `${pathname.slice(1)}/part-${part}.csv`
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: `${part},lamp\n` }))
  const { accessKeyId, expiration } = await credentials()
  if (!accessKeys.has(accessKeyId))
    console.log(`Key ${accessKeys.size + 1} ends at ${expiration?.toISOString()}.`)
  accessKeys.add(accessKeyId)
  await sleep(5_000)
}

await catalog.updateTable(staged).commit()
console.log(`Committed sales.orders_copy after ${seconds} s, with ${accessKeys.size} keys.`)
