import { deflateRawSync } from 'node:zlib'
import { avroFile, encoded, field } from '../../attack/avro-file.ts'
import type { Random } from '../../attack/random.ts'
import { canary, commitFiles, createTable, type Fixture } from '../fixture.ts'
import type { DataFile } from '../manifests.ts'
import { keysIn, plan, readAll } from '../requests.ts'
import type { Outcome, Suite } from '../suite.ts'

/** Returns a damaged copy of an Avro file. */
function damaged(random: Random): (bytes: Buffer) => Buffer {
  return (bytes) => {
    const copy = Buffer.from(bytes)
    const flips = 1 + random.int(6)
    return random.pick<() => Buffer>([
      () => copy.subarray(0, random.int(copy.length)),
      () => {
        for (let count = 0; count < flips; count += 1) copy[random.int(copy.length)] = random.int(256)
        return copy
      },
      () => Buffer.concat([copy, Buffer.alloc(random.int(100), 0xff)]),
      () => bomb(random.pick([1, 64, 600]) * 1024 ** 2),
      () => recursive(),
      () => lengths(random),
      () => Buffer.from('<html>not a manifest</html>'),
      () => Buffer.alloc(0),
    ])()
  }
}

/** Returns an Avro file whose block decompresses to many bytes. */
function bomb(size: number): Buffer {
  const plain = avroFile({ type: 'record', name: 'manifest_entry', fields: [field('status', 'int', 0)] }, [])
  const sync = plain.subarray(-16)
  const header = plain.subarray(0, plain.indexOf(sync) + 16).toString('latin1')
  const deflate = Buffer.from(header.replace('\u0008null', '\u000edeflate'), 'latin1')
  const block = deflateRawSync(Buffer.alloc(size))
  return Buffer.concat([deflate, encoded([size, block.length]), block, sync])
}

/** Returns an Avro file whose schema contains itself. */
function recursive(): Buffer {
  const node = { type: 'record', name: 'node', fields: [field('next', ['null', 'node'], 1)] }
  return avroFile({ type: 'record', name: 'manifest_entry', fields: [field('data_file', node, 2)] }, [[0]])
}

/** Returns an Avro file with lengths and counts that exceed the file. */
function lengths(random: Random): Buffer {
  const huge = random.pick([2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER, -1, -(2 ** 31)])
  const schema = {
    type: 'record',
    name: 'manifest_entry',
    fields: [field('status', 'int', 0), field('data_file', { type: 'array', items: 'null' }, 2)],
  }
  return avroFile(schema, [[1, huge]])
}

export const malformed: Suite = {
  name: 'malformed',
  about: 'manifests and manifest lists that are damaged, bombs, or name files of other tables',
  weight: 2,
  open(fixture) {
    return Promise.resolve((random) =>
      random.chance(0.5) ? damage(fixture, random) : foreign(fixture, random),
    )
  },
}

async function damage({ as, hers, count }: Fixture, random: Random): Promise<Outcome> {
  const name = `m${count()}`
  const table = await createTable(as.mallory, hers, name)
  const file: DataFile = { path: `${table.location}/data/a`, region: 'eu', size: 1, bounds: ['a', 'b'] }
  const change = random.chance(0.5) ? { manifest: damaged(random) } : { list: damaged(random) }
  await commitFiles(as.mallory, hers, name, table, 41, [file], change)
  const filter = random.pick([true, { type: 'eq', term: 'region', value: 'eu' }])
  const seen = [await plan(as.mallory, hers, name, { filter, 'stats-fields': ['secret'] })]
  return { what: 'a damaged manifest', seen, mayReportDamage: true }
}

/** Names the files and manifests of Ada's tables in Mallory's own manifests. */
async function foreign({ as, hers, orders, count }: Fixture, random: Random): Promise<Outcome> {
  const name = `f${count()}`
  const table = await createTable(as.mallory, hers, name)
  const stolen = random.pick(orders.hidden)
  const spelled = random.pick([
    stolen,
    stolen.replace('s3://', 's3a://'),
    `${table.location}/../../${stolen.split('/').slice(-3).join('/')}`,
    stolen.replace('/data/', '/data/./'),
  ])
  const file: DataFile = { path: spelled, region: 'eu', size: 1, bounds: ['a', 'b'] }
  await commitFiles(as.mallory, hers, name, table, 51, [file])
  const planned = await plan(as.mallory, hers, name)
  const seen = (await Promise.all(keysIn(planned).map((keys) => readAll(keys, [stolen])))).flat()
  // The run treats a canary in a response as a leak. But Mallory wrote the path with the canary into her own manifest,
  // so the path in the plan is not a leak, and the canary is removed from the text.
  const { status } = planned
  return {
    what: 'a manifest with a file of another table',
    seen: [...seen, { status, text: planned.text.replaceAll(canary, '') }],
    mayReportDamage: true,
  }
}
