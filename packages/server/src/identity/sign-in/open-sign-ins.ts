import type { ExternalPrincipals } from '../external.ts'
import type { IssuerTokens } from '../issuers/external-tokens.ts'
import type { Issuer } from '../issuers/issuer.ts'
import { IssuerSignIn } from './issuer-sign-in.ts'

/** Issuers at which users sign in to the web console, by their names. */
export type SignIns = ReadonlyMap<string, IssuerSignIn>

/**
 * Creates the objects that sign users in at the issuers that are configured for it.
 *
 * @param redirectUri URL to which the issuers send browsers back
 */
export function openSignIns(
  issuers: readonly Issuer[],
  external: { readonly tokens: IssuerTokens; readonly principals: ExternalPrincipals } | null,
  redirectUri: string,
): SignIns {
  return new Map(
    issuers.flatMap(({ issuer, console: settings }) => {
      const trusted = external?.tokens.trusted(issuer)
      if (settings === null || external === null || trusted === undefined) return []
      const { principals } = external
      return [[issuer, new IssuerSignIn({ trusted, settings, principals, redirectUri })] as const]
    }),
  )
}
