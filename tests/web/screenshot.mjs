// Takes the README's screenshot of the map page:
//
//     LAPWING=target/release/lapwing node tests/web/screenshot.mjs
//     pngquant --force --strip --ext .png docs/map.png
import { answerText, close, serve, monitorPage } from "./service.mjs";

const service = await serve();
const monitor = await monitorPage(service.url, { viewport: { width: 1280, height: 720 } });
const page = await monitor.openMap("/map?q=LY3 2AD");
await answerText(page, "LY3 2AD");
await page.screenshot({ path: new URL("../../docs/map.png", import.meta.url).pathname });
await monitor.close();
await close();
service.stop();
