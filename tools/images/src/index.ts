export { buildWebImage, WEB_IMAGE } from "./web-image.ts";
