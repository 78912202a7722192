import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { S3Error } from './s3-error.ts'
import { childText, readXml } from './xml-reader.ts'
import { xmlPlain, xmlResult } from './xml-writer.ts'

const limits = { maxElements: 1_000 }
const read = (text: string): ReturnType<typeof readXml> => readXml(Buffer.from(text), limits)

test('what the writer wrote is read back, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const wellFormed = text.toWellFormed().replaceAll('\u0000', '')
      const root = read(
        xmlPlain([
          'Root',
          [
            ['Key', wellFormed],
            ['Size', 3],
          ],
        ]),
      )
      expect(childText(root, 'Key')).toBe(wellFormed)
    }),
  )
})

test('declarations, namespaces, attributes, references and white space are what they are in XML', () => {
  const root = read(
    '\uFEFF<?xml version="1.0" encoding="UTF-8"?>\n<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\n' +
      " <Object a='1'><Key> a&amp;lt;&#65;&#x1F600; </Key></Object>\n <Quiet/>\n</Delete >\n",
  )
  expect(root.children.map(({ name }) => name)).toEqual(['Object', 'Quiet'])
  expect(childText(root.children[0] ?? root, 'Key')).toBe(' a&lt;A😀 ')
  expect(read(xmlResult('A', [])).name).toBe('A')
})

describe('refused is', () => {
  test.each([
    ['a DTD', '<!DOCTYPE a [<!ENTITY b "c">]><a/>'],
    ['an external entity', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'],
    ['an unknown entity', '<a>&b;</a>'],
    ['a name of every object', '<a>&toString;</a>'],
    ['a bare ampersand', '<a>b & c</a>'],
    ['CDATA', '<a><![CDATA[b]]></a>'],
    ['a comment', '<a><!-- b --></a>'],
    ['a processing instruction', '<a><?php b ?></a>'],
    ['a prefix', '<s3:a xmlns:s3="b"/>'],
    ['a tag that closes another', '<a><b></a></b>'],
    ['an end that is missing', '<a><b></b>'],
    ['something behind the end', '<a/><b/>'],
    ['text around it', 'x<a/>'],
    ['text between elements', '<a>x<b/></a>'],
    ['a surrogate', '<a>&#xD800;</a>'],
    ['no character', '<a>&#0;</a>'],
    ['a character beyond the last', '<a>&#x110000;</a>'],
    ['depth', `${'<a>'.repeat(20)}${'</a>'.repeat(20)}`],
    ['nothing', ''],
    ['a lone bracket', '<a><</a>'],
  ])('%s', (_, text) => {
    expect(() => read(text)).toThrow(S3Error)
  })

  test('what is not UTF-8', () => {
    expect(() => readXml(Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e]), limits)).toThrow(
      S3Error,
    )
  })

  test('a value that stands there twice', () => {
    expect(() => childText(read('<a><b>1</b><b>2</b></a>'), 'b')).toThrow(S3Error)
  })
})

test('any text either reads or is MalformedXML', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('<', '>', '/', 'a', ' ', '="', "'", '&', ';', '#x', '<a>', '</a>')),
      (parts) => {
        try {
          read(parts.join(''))
        } catch (error) {
          expect(error).toMatchObject({ code: 'MalformedXML' })
        }
      },
    ),
  )
})

describe('a document of 4 MB is read or refused in time that grows with its length', () => {
  const megabytes = (piece: string): string => piece.repeat(Math.ceil((4 * 1024 * 1024) / piece.length))
  const one = { maxElements: 1_000_000 }

  test.each([
    ['ampersands', `<a>${megabytes('&')}</a>`],
    ['spaces in a tag', `<a ${megabytes(' ')}`],
    ['attributes', `<a${megabytes(' b="c"')}>`],
    ['quotes in a tag', `<a b=${megabytes('"')}`],
    ['start tags', megabytes('<a>')],
    ['end tags', megabytes('</a>')],
    ['a name', `<${megabytes('a')}>`],
    ['an unterminated reference', `<a>&${megabytes('x')}</a>`],
    ['brackets', megabytes('<')],
    ['space around the root', `${megabytes(' ')}<`],
  ])('refused: %s', (_, text) => {
    const bytes = Buffer.from(text)
    const start = process.cpuUsage()
    expect(() => readXml(bytes, one)).toThrow(S3Error)
    expect(process.cpuUsage(start).user).toBeLessThan(250_000)
  })

  test.each([
    ['references', `<a>${megabytes('&amp;')}</a>`],
    ['numeric references', `<a>${megabytes('&#65;')}</a>`],
    ['text', `<a>${megabytes('x')}</a>`],
  ])('read: %s', (_, text) => {
    const bytes = Buffer.from(text)
    const start = process.cpuUsage()
    readXml(bytes, one)
    // Coverage and load make this slower than on an idle machine, where it takes a third.
    expect(process.cpuUsage(start).user).toBeLessThan(750_000)
  })

  test('more elements than the operation allows are refused', () => {
    const text = `<a>${'<b/>'.repeat(1_000)}</a>`
    expect(readXml(Buffer.from(text), { maxElements: 1_001 }).children).toHaveLength(1_000)
    expect(() => readXml(Buffer.from(text), { maxElements: 1_000 })).toThrow(S3Error)
  })
})
