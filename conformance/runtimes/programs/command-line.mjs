// Program for Node, Bun and Deno that checks features which a browser does not have. Its argument is the address of
// the suite's server.
import { createHash } from 'node:crypto'
import { AuthRegistry, isAuthError } from '@headgate/auth'
import { LanceNamespace } from '@headgate/lance/client'
import { equal, failure, ok, run } from './bench.mjs'
import { everywhere } from './everywhere.mjs'

/** Returns the header `Authorization` that an auth provider adds to a request. */
async function authorization(properties, request = {}) {
  const auth = await new AuthRegistry().create(properties, { uri: 'https://catalog.example.com' })
  const whole = {
    method: 'GET',
    url: 'https://catalog.example.com/v1/config',
    headers: [],
    body: null,
    ...request,
  }
  const { headers } = await auth.authenticate(whole)
  await auth[Symbol.asyncDispose]()
  return headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1]
}

const onlyHere = [
  [
    'every file of the packages loads',
    async ({ files }) => {
      ok(files.length > 300, `there are only ${files.length}`)
      const failed = []
      for (const file of files) await import(file).catch((error) => failed.push(`${file}: ${error}`))
      equal(failed, [])
    },
  ],
  [
    'tokens are read from files and programs',
    async ({ tokenFile, printToken }) => {
      equal(
        await authorization({ 'rest.auth.type': 'bearer', 'rest.auth.bearer.token-file': tokenFile }),
        'Bearer kept',
      )
      const command = { 'rest.auth.type': 'command', 'rest.auth.command.command': printToken }
      equal(await authorization(command), 'Bearer printed')
      const none = { 'rest.auth.type': 'bearer', 'rest.auth.bearer.token-file': `${tokenFile}.none` }
      ok(isAuthError(await failure(authorization(none))), 'another error')
    },
  ],
  [
    'requests are signed by Version 4A',
    async ({ signed: { options } }) => {
      const given = await authorization({
        'rest.auth.type': 'sigv4a',
        'rest.auth.sigv4a.region-set': 'eu-*',
        'rest.auth.sigv4a.service': options.service,
        'rest.auth.sigv4a.access-key-id': options.credentials.accessKeyId,
        'rest.auth.sigv4a.secret-access-key': options.credentials.secretAccessKey,
      })
      ok(/^AWS4-ECDSA-P256-SHA256 .*Signature=[0-9a-f]{100,}$/.test(given), given)
    },
  ],
  [
    'rows of Lance are sent as a stream',
    async ({ lance: { uri, rows } }, base) => {
      const lance = await LanceNamespace.connect({ uri: uri.replace('BASE', base) })
      const bytes = Buffer.from(rows, 'base64')
      const id = [`streamed_${createHash('md5').update(String(Date.now())).digest('hex')}`, 'rows']
      await lance.createNamespace({ id: id.slice(0, 1) })
      await lance.createTable({ id }, () => new Blob([bytes]).stream())
      equal(await lance.countTableRows({ id }), 10)
      await lance.dropTable({ id })
      await lance[Symbol.asyncDispose]()
    },
  ],
]

await run(process.argv[2], [...everywhere, ...onlyHere])
