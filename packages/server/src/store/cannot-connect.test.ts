import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { testDatabase } from '@headgate/testkit'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cannotConnect } from './cannot-connect.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/index.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(async () => await database[Symbol.asyncDispose]())

async function told(url: string): Promise<string> {
  const migrated = migrate({ url, migrations, connectionTimeoutMs: 500 })
  return await migrated.then(
    () => 'it connected',
    (error: unknown) => {
      expect(error).toMatchObject({ name: 'MigrationError' })
      return error instanceof Error ? error.message : ''
    },
  )
}

function changed(change: (url: URL) => void): string {
  const url = new URL(database.url)
  change(url)
  return url.href
}

/** A port on which something else listens, or nothing once it is closed. */
async function listening(handle: (socket: Socket) => void): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer(handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const close = async (): Promise<void> => {
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  return { url: `postgresql://u:hunter2@127.0.0.1:${port}/d`, [Symbol.asyncDispose]: close }
}

test('a database that is not there', async () => {
  const message = await told(changed((url) => (url.pathname = '/not_there')))
  expect(message).toMatch(/^The PostgreSQL at .+ has no such database: make it/)
})

test('a wrong password, which is not repeated', async () => {
  const message = await told(changed((url) => (url.password = 'hunter2')))
  expect(message).toMatch(/does not let this user in \(28P01\)/)
  expect(message).not.toContain('hunter2')
})

/** What somebody is told who comes as a new role. */
async function toldAs(rights: string): Promise<string> {
  // Roles are of the whole PostgreSQL, where another run may have one too.
  const role = `stranger_${randomBytes(6).toString('hex')}`
  const client = new Client({ connectionString: database.url })
  await client.connect()
  await client.query(`create role ${role} login password 'hunter2' ${rights}`)
  try {
    return await told(
      changed((url) => {
        url.username = role
        url.password = 'hunter2'
      }),
    )
  } finally {
    await client.query(`drop role ${role}`)
    await client.end()
  }
}

test('a user who may not make tables', async () => {
  expect(await toldAs('')).toMatch(/this user may not make tables in it/)
})

test('no connection left', async () => {
  expect(await toldAs('connection limit 0')).toMatch(
    /has no connection left \(53300\): raise its max_connections or the limit of this user, or lower HEADGATE_DATABASE_POOL_SIZE\.$/,
  )
})

test.each([
  ['default_transaction_read_only', 'on', /only reads, as a stand-by does: name the one that writes/],
  ['search_path', 'nowhere', /has no schema to make tables in: make the one that the `search_path`/],
])('a database whose sessions have %s = %s', async (setting, value, message) => {
  await using odd = await testDatabase()
  const client = new Client({ connectionString: odd.url })
  await client.connect()
  await client.query(`alter database ${client.database ?? ''} set ${setting} = ${value}`)
  await client.end()
  expect(await told(odd.url)).toMatch(message)
})

test.each([
  [
    'SELF_SIGNED_CERT_IN_CHAIN',
    'is not trusted here (SELF_SIGNED_CERT_IN_CHAIN): name the file of its authority',
  ],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'for another name: name its host as the certificate does'],
])('a certificate that is refused with %s', (code, message) => {
  const refused = Object.assign(new Error('x'), { code })
  expect(cannotConnect(refused, 'postgresql://u:hunter2@db/d')).toContain(message)
})

test('a port where nobody listens', async () => {
  const closed = await listening(() => undefined)
  await closed[Symbol.asyncDispose]()
  expect(await told(closed.url)).toMatch(
    /^The PostgreSQL at 127\.0\.0\.1:\d+ does not take connections \(ECONNREFUSED\): is it running/,
  )
})

test('a host that hangs', async () => {
  const sockets: Socket[] = []
  await using mute = await listening((socket) => void sockets.push(socket))
  expect(await told(mute.url)).toMatch(/cannot be used: it did not answer in time\.$/)
  for (const socket of sockets) socket.destroy()
})

test('something that is no PostgreSQL', async () => {
  await using other = await listening((socket) => void socket.destroy())
  expect(await told(other.url)).toMatch(/cannot be used: what answers is no PostgreSQL/)
})

test('TLS that the server does not speak', async () => {
  await using plain = await listening((socket) => void socket.once('data', () => socket.end('N')))
  expect(await told(`${plain.url}?sslmode=verify-full`)).toMatch(/does not speak TLS/)
})

test.each([
  ['postgresql://u:hunter2@db.example/d', 'db.example:5432'],
  ['postgresql://u:hunter2@[::1]:9/d', '[::1]:9'],
  ['postgresql://u:hunter2@%2Fvar%2Frun/d', '/var/run'],
  ['postgresql:///d?host=/var/run', '/var/run'],
  ['postgresql://u:hunter2@/d?host=/var/run', '/var/run'],
  ['postgresql://', 'localhost:5432'],
])('the place of %s is %s', (url, place) => {
  const unknown = Object.assign(new Error(`getaddrinfo ENOTFOUND ${url}`), { code: 'ENOTFOUND' })
  const message = cannotConnect(unknown, url)
  expect(message).toContain(`The host of ${place} is not known`)
  expect(message).not.toContain('hunter2')
})
