// Reads rows of a table: the server plans the scan, and hyparquet reads the files. Usage: rows.ts CREDENTIAL_FILE
import { readFile } from 'node:fs/promises'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { RestCatalog } from '@headgate/iceberg/client'
import { parquetReadObjects, type AsyncBuffer } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'

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

const filter = { type: 'gt-eq', term: 'day', value: '2026-11-01' } as const
const scan = await catalog.planScan({ namespace: ['sales'], name: 'orders' }, { filter })
// The keys of the plan read only its files, and are renewed for as long as the scan takes.
await using storage = scan.credentials()
const s3 = new S3Client(await storage.s3ClientConfig())

for await (const { dataFile, deleteFiles, residualFilter } of scan) {
  if (deleteFiles.length > 0) throw new Error('This example applies no delete files.')
  const file = openObject(dataFile['file-path'], Number(dataFile['file-size-in-bytes']))
  const rows = (await parquetReadObjects({ file, compressors })) as { item: string; day: Date }[]
  // A file can contain rows that do not match, unless its residual filter is true.
  const matching = residualFilter === true ? rows : rows.filter(({ day }) => day >= new Date('2026-11-01'))
  for (const { item } of matching) console.log('order:', item)
}

/** Returns a file of the storage, of which ranges are read. */
function openObject(location: string, byteLength: number): AsyncBuffer {
  const { host: Bucket, pathname } = new URL(location)
  return {
    byteLength,
    async slice(start, end = byteLength) {
      const Range = `bytes=${start}-${end - 1}`
      const Key = decodeURIComponent(pathname.slice(1))
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, Range }))
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array()
      return bytes.slice().buffer
    },
  }
}
