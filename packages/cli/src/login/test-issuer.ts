/** An issuer that others wrote, and somebody who logs in there: those of the tests of `@headgate/auth`. */
export interface TestIssuer extends AsyncDisposable {
  readonly url: string
}

interface IssuerModule {
  readonly CATALOG: string
  testIssuer(options: { readonly seconds: number }): Promise<TestIssuer>
}

interface PersonModule {
  browse(start: string, fields: Readonly<Record<string, string>>): Promise<string>
}

// They are no part of what that package gives others, so they are found by where they lie.
const folder = new URL('../../../auth/src/oauth2/', import.meta.url)

export const issuerModule = async (): Promise<IssuerModule> =>
  (await import(new URL('test-issuer.ts', folder).href)) as IssuerModule

export const personModule = async (): Promise<PersonModule> =>
  (await import(new URL('test-person.ts', folder).href)) as PersonModule
