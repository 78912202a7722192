import { describe, expect, it } from 'vitest'
import { listClasses, toSelector, testName } from './kit-classes.ts'

const standard = { extended: false, baseLocation: undefined, localMetadata: true }
const remote = { extended: false, baseLocation: 's3://b/x', localMetadata: false }

describe('listClasses', () => {
  it('returns the unchanged classes of the kit for its standard options', () => {
    expect(listClasses(standard)).toEqual([
      'RESTCompatibilityKitCatalogTests',
      'RESTCompatibilityKitViewCatalogTests',
    ])
  })

  it('returns subclasses only if the kit lacks an option', () => {
    expect(listClasses({ ...standard, extended: true })).toEqual([
      'ConfigurableCatalogTests',
      'RESTCompatibilityKitViewCatalogTests',
    ])
    expect(listClasses(remote)).toEqual(['ConfigurableCatalogTests', 'ConfigurableViewCatalogTests'])
  })
})

describe('testName', () => {
  it('returns the same name in every class that runs the test', () => {
    for (const name of ['RESTCompatibilityKitViewCatalogTests', 'ConfigurableViewCatalogTests']) {
      expect(testName(`${name}.renameView()`)).toBe('ViewCatalogTests.renameView()')
    }
  })
})

describe('toSelector', () => {
  it.each(['CatalogTests', 'RESTCompatibilityKitCatalogTests', 'ConfigurableCatalogTests'])(
    'converts %s to the class that runs in the mode',
    (name) => {
      expect(toSelector(standard, `${name}#testAppend`)).toBe('RESTCompatibilityKitCatalogTests#testAppend')
      expect(toSelector(remote, name)).toBe('ConfigurableCatalogTests')
    },
  )
})
