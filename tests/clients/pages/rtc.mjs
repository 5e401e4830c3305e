import { joinAndStay } from "../../runtimes/web-renewal.mjs";
import AgoraRTC from "./recording.mjs";
import { settings } from "./settings.mjs";

AgoraRTC.setLogLevel(4);
const client = AgoraRTC.createClient({ mode: "rtc", codec: "vp8" });
joinAndStay(client, settings).catch(({ code }) => {
  window.joinEnded = code;
});
