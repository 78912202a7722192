/** Identity provider for tests, which the tests of `@headgate/auth` contain. */
export interface TestIssuer extends AsyncDisposable {
  readonly url: string
}

interface IssuerModule {
  readonly CATALOG: string
  testIssuer(options: { readonly seconds: number }): Promise<TestIssuer>
}

// The package `@headgate/auth` does not export its tests, so this file is imported by its path.
const place = new URL('../../auth/test/issuer.ts', import.meta.url)

export const issuerModule = async (): Promise<IssuerModule> => (await import(place.href)) as IssuerModule
