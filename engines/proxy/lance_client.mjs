// Reads a table with LanceDB for Node, and prints the line `@@rows N` with the number of rows.
import { createRequire } from 'node:module'
import { join } from 'node:path'

const [folder = '', uri = '', headers = '{}', name = ''] = process.argv.slice(2)
const { connectNamespace } = createRequire(join(folder, 'package.json'))('@lancedb/lancedb')
const db = await connectNamespace('rest', { uri, headers: JSON.parse(headers) })
await db.createNamespace([name])
const rows = Array.from({ length: 10 }, (_, id) => ({ id, vector: [id, 1] }))
const table = await db.createTable('items', rows, [name])
await table.add(rows)
const opened = await db.openTable('items', [name])
const found = await opened.query().where('id = 3').toArray()
if (found.length !== 2) throw new Error(`found ${found.length}`)
console.log(`@@rows ${await opened.countRows()}`)
