import { describe, expect, it } from 'vitest'
import { listClasses, toSelector, testName } from './kit-classes.ts'

const standard = { extended: false, baseLocation: undefined, localMetadata: true }
const remote = { extended: false, baseLocation: 's3://b/x', localMetadata: false }

describe('listClasses', () => {
  it('for the standard options of the kit, listClasses returns its test classes without subclasses', () => {
    expect(listClasses(standard)).toEqual([
      'RESTCompatibilityKitCatalogTests',
      'RESTCompatibilityKitViewCatalogTests',
    ])
  })

  it('for options that the kit does not have, listClasses returns subclasses of its test classes', () => {
    expect(listClasses({ ...standard, extended: true })).toEqual([
      'ConfigurableCatalogTests',
      'RESTCompatibilityKitViewCatalogTests',
    ])
    expect(listClasses(remote)).toEqual(['ConfigurableCatalogTests', 'ConfigurableViewCatalogTests'])
  })
})

describe('testName', () => {
  it('testName returns the same name for every class that runs the test', () => {
    for (const name of ['RESTCompatibilityKitViewCatalogTests', 'ConfigurableViewCatalogTests']) {
      expect(testName(`${name}.renameView()`)).toBe('ViewCatalogTests.renameView()')
    }
  })
})

describe('toSelector', () => {
  it.each(['CatalogTests', 'RESTCompatibilityKitCatalogTests', 'ConfigurableCatalogTests'])(
    'toSelector converts %s to the class that runs in the mode',
    (name) => {
      expect(toSelector(standard, `${name}#testAppend`)).toBe('RESTCompatibilityKitCatalogTests#testAppend')
      expect(toSelector(remote, name)).toBe('ConfigurableCatalogTests')
    },
  )
})
