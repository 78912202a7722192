export { findIssuerUse as listIssuerUse, type IssuerUse, type SeenClaims } from '../store/issuer-claims.ts'
