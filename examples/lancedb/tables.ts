// Lists the tables of the same namespace with a client that signs in itself. Usage: tables.ts PROPERTIES_FILE
import { readFile } from 'node:fs/promises'
import { LanceNamespace } from '@headgate/lance/client'

const [file = ''] = process.argv.slice(2)
const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.includes('='))
const properties = Object.fromEntries(
  lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
)
await using lance = await LanceNamespace.connect({ uri: 'http://127.0.0.1:8300', properties })
for await (const name of lance.listTables({ id: ['photos'] }))
  console.log(`${name}:`, await lance.countTableRows({ id: ['photos', name] }), 'rows')
