import { memoize } from '../memoize.ts'
import { byDefault, integer, required, text } from '../properties/property-kinds.ts'
import { defineProvider, type ProviderDefinition } from '../provider-definition.ts'
import { keepIdentity } from '../provenance.ts'
import { checkToken, tokenAuth } from '../token-auth.ts'
import { whoOf } from '../token-expiry.ts'
import type { Token } from '../token.ts'
import { readCommandOutput } from './command-output.ts'
import { checkHeaderName } from './headers.ts'
import { runCommand } from '../needs-node.ts'

const PREFIX = 'rest.auth.command'

/**
 * A token that a program prints: alone on a line, or as JSON with its expiry. `gcloud auth print-access-token`,
 * `az account get-access-token`, `databricks auth token`, a Kubernetes exec plugin, a script.
 */
export const command: ProviderDefinition = defineProvider({
  keys: {
    command: required(text('the program and its arguments; quotes hold words together, there is no shell')),
    'timeout-ms': byDefault(
      integer('how long it may run, in milliseconds. Default: 30000', 1, 600_000),
      30_000,
    ),
    'lifetime-ms': byDefault(
      integer('how long a token is used that says nothing of its expiry. Default: 300000', 1_000, 86_400_000),
      300_000,
    ),
    header: byDefault(text('the header that the token is sent in. Default: Authorization'), 'Authorization'),
    scheme: byDefault(text('what stands before the token. Default: Bearer; none for nothing'), 'Bearer'),
  },
  create: (values, { now }) => {
    const header = checkHeaderName(values.header, `${PREFIX}.header`)
    const provenance = { obtainedBy: 'command', renewableBy: ['command'] }
    const from = `The output of ${PREFIX}.command`
    const lifetime = values['lifetime-ms']
    const tokens = memoize<Token>(
      async (wait) => {
        const output = await runCommand(values.command, `${PREFIX}.command`, wait)
        const token = readCommandOutput(output, from, now())
        checkToken(token.value.reveal(), from)
        return {
          ...token,
          expiresAt: token.expiresAt ?? now() + lifetime,
          provenance: { ...provenance, ...whoOf(token.value.reveal()) },
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
