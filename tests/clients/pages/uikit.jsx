import "./recording.mjs";
import AgoraUIKit from "agora-react-uikit";
import { createRoot } from "react-dom/client";
import { settings } from "./settings.mjs";

createRoot(document.querySelector("main")).render(<AgoraUIKit {...settings} />);
