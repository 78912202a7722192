// Program of a web page, which also checks that features which need Node fail with a clear error.
import { AuthRegistry, isAuthError } from '@headgate/auth'
import { LanceConnectionError, LanceNamespace } from '@headgate/lance/client'
import { equal, failure, ok, run } from './bench.mjs'
import { everywhere } from './everywhere.mjs'

const keys = { 'rest.access-key-id': 'a', 'rest.secret-access-key': 's', 'rest.auth.sigv4a.region-set': '*' }

const rows = () => new Blob(['rows']).stream()

const onlyHere = [
  [
    'properties that need files, programs or key pairs are refused, and the error names the property',
    async () => {
      const all = [
        [
          { 'rest.auth.type': 'bearer', 'rest.auth.bearer.token-file': '/token' },
          'rest.auth.bearer.token-file',
        ],
        [{ 'rest.auth.type': 'command', 'rest.auth.command.command': 'echo' }, 'rest.auth.command.command'],
        [{ 'rest.auth.type': 'sigv4a', ...keys }, 'rest.auth.type'],
      ]
      for (const [properties, property] of all) {
        const error = await failure(new AuthRegistry().create(properties))
        ok(isAuthError(error, 'configuration'), `${error.name}: ${error.message}`)
        equal(error.property, property)
      }
    },
  ],
  [
    'rows as a stream, which a browser sends only over HTTP/2, fail as a request without a response',
    async (_, base) => {
      const lance = await LanceNamespace.connect({ uri: `${base}/lance`, maxRetries: 0 })
      const error = await failure(lance.createTable({ id: ['none', 'rows'] }, rows))
      ok(error instanceof LanceConnectionError, `${error.name}: ${error.message}`)
      await lance[Symbol.asyncDispose]()
    },
  ],
]

void run(location.origin, [...everywhere, ...onlyHere])
