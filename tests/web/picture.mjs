// Takes the README's picture of the map page:
//
//     LAPWING=target/release/lapwing node tests/web/picture.mjs
//     pngquant --force --strip --ext .png docs/map.png
import { answer, close, serve, watched } from "./service.mjs";

const service = await serve();
const watch = await watched(service.url, { viewport: { width: 1280, height: 720 } });
const page = await watch.ready("/map?q=LY3 2AD");
await answer(page, "LY3 2AD");
await page.screenshot({ path: new URL("../../docs/map.png", import.meta.url).pathname });
await watch.done();
await close();
service.stop();
