/** Issuer of the tests of `@headgate/auth`. */
export interface TestIssuer extends AsyncDisposable {
  readonly url: string
}

interface IssuerModule {
  readonly CATALOG: string
  testIssuer(options: { readonly seconds: number }): Promise<TestIssuer>
}

// The package does not export its tests, so the file is imported by its path.
const place = new URL('../../auth/test/issuer.ts', import.meta.url)

export const issuerModule = async (): Promise<IssuerModule> => (await import(place.href)) as IssuerModule
