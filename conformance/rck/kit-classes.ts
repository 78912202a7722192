/** What decides which classes run: the kit's own ones as long as they can do it, our subclasses otherwise. */
export interface ClassChoice {
  readonly extended: boolean
  readonly baseLocation: string | undefined
  readonly localMetadata: boolean
}

/** Simple names of the test classes in the order in which they run. */
export function classesOf({ extended, baseLocation, localMetadata }: ClassChoice): string[] {
  const configured = extended || baseLocation !== undefined || !localMetadata
  return [
    configured ? 'ConfigurableCatalogTests' : 'RESTCompatibilityKitCatalogTests',
    baseLocation === undefined ? 'RESTCompatibilityKitViewCatalogTests' : 'ConfigurableViewCatalogTests',
  ]
}

const variants = /^(?:RESTCompatibilityKit|Configurable)(?=(?:View)?CatalogTests\b)/

/** The same name for a test whichever class it ran in, after Iceberg's base class: `CatalogTests.testAppend()`. */
export function testName(name: string): string {
  return name.replace(variants, '')
}

/** A selector of the command line (`CatalogTests#testAppend`) for the class that runs in this mode. */
export function selectorOf(choice: ClassChoice, selector: string): string {
  const [wanted = '', ...method] = testName(selector).split('#')
  const name = classesOf(choice).find((candidate) => testName(candidate) === wanted) ?? wanted
  return [name, ...method].join('#')
}
