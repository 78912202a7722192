import { AuthError } from '../auth-error.ts'
import { memoize } from '../memoize.ts'
import { byDefault, secret, text } from '../properties/property-kinds.ts'
import { defineProvider, type ProviderDefinition } from '../provider-definition.ts'
import { fileTokens, ofFile } from '../file-tokens.ts'
import { checkHeaderName } from './headers.ts'
import { checkToken, tokenAuth } from '../token-auth.ts'
import type { Token } from '../token.ts'
import { Secret } from '../secret.ts'

const PREFIX = 'rest.auth.api-key'

/** A key in a header of its own: LanceDB's `x-api-key`, and others. */
export const apiKey: ProviderDefinition = defineProvider({
  keys: {
    key: secret('the key'),
    'key-file': text('a file with the key in it; it is read again when it changes'),
    header: byDefault(text('the header that it is sent in. Default: x-api-key'), 'x-api-key'),
  },
  create: ({ key, 'key-file': file, header }, { now }) => {
    checkHeaderName(header, `${PREFIX}.header`)
    if (file !== undefined && key === undefined) {
      return tokenAuth(fileTokens(file, `${PREFIX}.key-file`, now), {
        header,
        scheme: '',
        provenance: ofFile,
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
