import { memoize } from '../memoize.ts'
import { byDefault, integer, required, text } from '../properties/property-kinds.ts'
import { defineProvider, type ProviderDefinition } from '../provider-definition.ts'
import { keepIdentity } from '../provenance.ts'
import { checkToken, tokenAuth } from '../token-auth.ts'
import { jwtProvenance } from '../token-expiry.ts'
import type { Token } from '../token.ts'
import { parseCommandOutput } from './command-output.ts'
import { checkHeaderName } from './headers.ts'
import { runCommand } from '../needs-node.ts'

const PREFIX = 'rest.auth.command'

/**
 * Sends a token that a program prints: on a single line, or as JSON with its expiry. Examples of such
 * programs are `gcloud auth print-access-token`, `az account get-access-token`, `databricks auth token`, and
 * Kubernetes exec plugins.
 */
export const command: ProviderDefinition = defineProvider({
  keys: {
    command: required(
      text('the program and its arguments; quotes keep spaces in an argument; there is no shell'),
    ),
    'timeout-ms': byDefault(
      integer('the time limit of the program, in ms. Default: 30000', 1, 600_000),
      30_000,
    ),
    'lifetime-ms': byDefault(
      integer('the lifetime of a token without an expiry, in ms. Default: 300000', 1_000, 86_400_000),
      300_000,
    ),
    header: byDefault(text('the header that contains the token. Default: Authorization'), 'Authorization'),
    scheme: byDefault(
      text('the word before the token; `none` sends only the token. Default: Bearer'),
      'Bearer',
    ),
  },
  create: (values, { now }) => {
    const header = checkHeaderName(values.header, `${PREFIX}.header`)
    const provenance = { obtainedBy: 'command', renewableBy: ['command'] }
    const from = `The output of ${PREFIX}.command`
    const lifetime = values['lifetime-ms']
    const tokens = memoize<Token>(
      async (wait) => {
        const output = await runCommand(values.command, `${PREFIX}.command`, wait)
        const token = parseCommandOutput(output, from, now())
        checkToken(token.value.reveal(), from)
        return {
          ...token,
          expiresAt: token.expiresAt ?? now() + lifetime,
          provenance: { ...provenance, ...jwtProvenance(token.value.reveal()) },
        }
      },
      {
        expiresAt: ({ expiresAt }) => expiresAt,
        accept: (before, next) => keepIdentity(before.provenance, next.provenance),
        timeoutMs: values['timeout-ms'],
        now,
      },
    )
    return tokenAuth(tokens, {
      header,
      scheme: /^none$/i.test(values.scheme) ? '' : values.scheme,
      provenance,
    })
  },
})
