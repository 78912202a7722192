/**
 * Advice for each error code of the issuer (RFC 6749 section 5.2, RFC 8693 section 2.2.2, OpenID Connect Core section
 * 3.1.2.6).
 */
const remedies: Readonly<Record<string, string>> = {
  invalid_grant: 'Let the user sign in again, and show the new token.',
  interaction_required: 'Let the user sign in again: the issuer wants to ask them something.',
  consent_required: 'Let the user, or an administrator for all of them, consent at the issuer.',
  login_required: 'Let the user sign in again, and show the new token.',
  invalid_request:
    'Show a token of the user that is for the client of this server at the issuer; if it is, the operator must look at secondLeg in HEADGATE_ISSUERS.',
  invalid_client:
    'The operator of this server must look at its client in secondLeg of HEADGATE_ISSUERS: the issuer does not know it, has disabled it, or does not take its proof.',
  unauthorized_client:
    'The operator of this server must allow its client that exchange at the issuer, and look at what proves it (secondLeg of HEADGATE_ISSUERS).',
  access_denied:
    'The rules of the issuer forbid it for this user, or for the client of this server: its operator must look at them.',
  unsupported_grant_type:
    'The operator of this server must choose a profile that the issuer has (secondLeg of HEADGATE_ISSUERS).',
  invalid_scope:
    'The operator of this server must correct the scope in secondLeg of HEADGATE_ISSUERS, or allow it to the client at the issuer.',
  invalid_target:
    'The operator of this server must correct the audience in secondLeg of HEADGATE_ISSUERS, or allow it to the client at the issuer.',
}

/**
 * Returns the error for the caller when the issuer refused. It contains the error code of the issuer, and no other text
 * of it.
 */
export function toldOfRefusal(issuer: string, error: string | undefined): string {
  const name = error !== undefined && /^[\w.:-]{1,64}$/.test(error) ? error : 'refused'
  const remedy = Object.hasOwn(remedies, name) ? remedies[name] : undefined
  const what = remedy ?? 'The log of this server contains its message.'
  return `The issuer ${issuer} did not exchange the token of the user for one for this server (${name}). ${what}`
}
