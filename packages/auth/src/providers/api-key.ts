import { AuthError } from '../auth-error.ts'
import { memoize } from '../memoize.ts'
import { byDefault, secret, text } from '../properties/property-kinds.ts'
import { defineProvider, type ProviderDefinition } from '../provider-definition.ts'
import { fileTokens, fileProvenance } from '../file-tokens.ts'
import { checkHeaderName } from './headers.ts'
import { checkToken, tokenAuth } from '../token-auth.ts'
import type { Token } from '../token.ts'
import { Secret } from '../secret.ts'

const PREFIX = 'rest.auth.api-key'

/** Sends a key in a separate header, such as `x-api-key` of LanceDB. */
export const apiKey: ProviderDefinition = defineProvider({
  keys: {
    key: secret('the key'),
    'key-file': text('the file that contains the key; it is read again when it changes'),
    header: byDefault(text('the header that contains the key. Default: x-api-key'), 'x-api-key'),
  },
  create: ({ key, 'key-file': file, header }, { now }) => {
    checkHeaderName(header, `${PREFIX}.header`)
    if (file !== undefined && key === undefined) {
      return tokenAuth(fileTokens(file, `${PREFIX}.key-file`, now), {
        header,
        scheme: '',
        provenance: fileProvenance,
      })
    }
    if (key !== undefined && file === undefined) {
      const value = new Secret(checkToken(key.reveal().trim(), `${PREFIX}.key`))
      const keys = memoize<Token>(async () => ({ value }), { expiresAt: () => undefined, now })
      const provenance = { obtainedBy: 'static', renewableBy: [] }
      return tokenAuth(keys, { header, scheme: '', provenance })
    }
    const property = `${PREFIX}.key`
    throw new AuthError('configuration', `Set one of ${property} and ${PREFIX}.key-file`, { property })
  },
})
