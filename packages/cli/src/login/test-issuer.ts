/** An issuer that others wrote: the one of the tests of `@headgate/auth`. */
export interface TestIssuer extends AsyncDisposable {
  readonly url: string
}

interface IssuerModule {
  readonly CATALOG: string
  testIssuer(options: { readonly seconds: number }): Promise<TestIssuer>
}

// It is no part of what that package gives others, so it is found by where it lies.
const place = new URL('../../../auth/src/oauth2/test-issuer.ts', import.meta.url)

export const issuerModule = async (): Promise<IssuerModule> => (await import(place.href)) as IssuerModule
