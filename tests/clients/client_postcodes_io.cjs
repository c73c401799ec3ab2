// node-postcodes.io and postcodesio-client, as they are published, each told another base URL and
// nothing else: what they give is held to what /v1 says.
//
//     node client_postcodes_io.cjs BASE

const postcodes = require('node-postcodes.io')
const Client = require('postcodesio-client')

const base = process.argv[2]
let held = 0
let faults = 0

function hold (truth, what) {
  if (truth) held += 1
  else {
    faults += 1
    console.log(`FAULT ${what}`)
  }
}

// A postcode is the nearest to itself, beside those that share its position: where they fill what was
// asked for, it need not be among them. (A position told in degrees is rounded by some centimetres.)
const nearestIs = (near, postcode, what) =>
  hold(near.some(one => one.postcode === postcode) ||
    (near.length > 0 && near.every(one => one.distance < 1)), `${what} ${postcode}`)

const same = (a, b, what) =>
  hold(JSON.stringify(a) === JSON.stringify(b), `${what}: ${JSON.stringify(a)} and ${JSON.stringify(b)}`)

async function get (path) {
  return (await fetch(base + path)).json()
}

async function main () {
  postcodes.endpoint = `${base}/postcodes-io`
  const client = new Client(`${base}/postcodes-io/`)

  const drawn = []
  // As many as it takes for one of them to have a position, which a few postcodes have not.
  while (drawn.length < 20 || !drawn.some(one => one.longitude !== null)) {
    const { status, result } = await postcodes.random()
    same(status, 200, 'random')
    if (!drawn.some(one => one.postcode === result.postcode)) drawn.push(result)
  }
  const some = drawn.map(one => one.postcode)
  console.log(`drawn: ${some.join(', ')}`)

  for (const postcode of some) {
    const found = (await postcodes.lookup(postcode)).result
    same(found.postcode, postcode, 'lookup')
    const said = await get(`/v1/lookup?postcode=${encodeURIComponent(postcode)}`)
    // Of a postcode without a position no area is said, by either.
    const placed = found.longitude !== null
    same(said.areas !== undefined, placed, `${postcode} has areas`)
    const { lap, ward } = said.areas ?? { lap: [], ward: [] }
    const laps = lap.map(area => area.name)
    hold(laps.length ? laps.includes(found.lap) : found.lap === null, `${postcode}: ${found.lap} of ${laps}`)
    same(found.codes.admin_ward === null ? [] : [found.codes.admin_ward],
      ward.map(area => area.code).filter(code => code === found.codes.admin_ward), `${postcode} ward`)
    same(await client.lookup(postcode), found, `postcodesio-client ${postcode}`)
    same((await postcodes.validate(postcode)).result, true, `validate ${postcode}`)
    same(await client.validate(postcode), true, `postcodesio-client validate ${postcode}`)
    if (!placed) continue
    const near = (await postcodes.nearest(postcode, { radius: 1000, limit: 5 })).result
    nearestIs(near, postcode, 'nearest')
    hold(near.length <= 5, `nearest ${postcode}: ${near.length}`)
    hold(near.every((one, at) => at === 0 || near[at - 1].distance <= one.distance), `order ${postcode}`)
    const at = (await postcodes.geo(found.latitude, found.longitude)).result
    nearestIs(at, postcode, 'geo')
    const where = await client.reverseGeocode(found.latitude, found.longitude)
    hold(where.distance < 0.2, `reverse geocode ${postcode}: ${where.distance} m`)
    nearestIs(await client.near(postcode), postcode, 'client near')
  }

  const bulk = await postcodes.lookup([...some, 'nonsense'])
  same(bulk.result.map(one => one.query), [...some, 'nonsense'], 'bulk order')
  same(bulk.result.at(-1).result, null, 'bulk nonsense')
  const filtered = await postcodes.lookup(some, { filter: 'postcode,lap' })
  hold(filtered.result.every(one => Object.keys(one.result).join() === 'postcode,lap'), 'filter')
  const many = await postcodes.lookup(new Array(101).fill(some[0]))
  same(many.status, 400, 'too many')
  same(many.error, 'Too many postcodes submitted. Up to 100 postcodes can be bulk requested at a time', 'too many')
  const { longitude, latitude, outcode } = drawn.find(one => one.longitude !== null)
  const places = await postcodes.geo([{ longitude, latitude, limit: 3 }, { longitude: 0, latitude: 0 }])
  hold(places.result[0].result.length <= 3, 'bulk positions')
  same(places.result[1].result, null, 'far away')

  const completed = (await postcodes.autocomplete(outcode, { limit: 5 })).result
  hold(completed.length >= 1 && completed.length <= 5 && completed.every(p => p.startsWith(`${outcode} `)), 'autocomplete')
  const found = (await postcodes.query(outcode, { limit: 5 })).result
  same(found.map(one => one.postcode), completed, 'query')
  const half = (await postcodes.outcodes(outcode)).result
  same(half.outcode, outcode, 'outcode')
  hold(half.admin_ward.length > 0, 'wards of an outcode')
  same((await client.lookup(outcode)).outcode, outcode, 'postcodesio-client outcode')

  same(await postcodes.lookup('ZZ1 1ZZ'), { status: 404, error: 'Postcode not found' }, 'unknown')
  same(await postcodes.lookup('nonsense'), { status: 404, error: 'Invalid postcode' }, 'no postcode')
  same(await client.lookup('ZZ1 1ZZ'), null, 'postcodesio-client unknown')
  same((await postcodes.terminated(some[0])).status, 404, 'not terminated')
  same((await postcodes.validate('ZZ1 1ZZ')).result, false, 'validate unknown')

  console.log(`${held} passed, ${faults} failed`)
  process.exit(faults || !held ? 1 : 0)
}

main().catch(error => {
  console.error(error)
  process.exit(1)
})
