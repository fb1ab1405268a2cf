using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sweep.Tests.Reports;

/// <summary>
/// A headless Chromium with one page, driven by the DevTools protocol (https://chromedevtools.github.io/devtools-protocol/).
/// </summary>
internal sealed partial class Browser : IAsyncDisposable
{
    public const string Program = "/usr/bin/chromium";
    public const string WhyMissing = $"{Program} is not there: sudo apt-get install chromium.";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _folder;
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _questions = new();
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _listening = Task.CompletedTask;
    private string? _session;
    private int _last;

    private Browser(Process process, string folder) => (_process, _folder) = (process, folder);

    /// <summary>Errors, warnings and exceptions of the page since it was opened.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    /// <summary>Addresses that the page requested.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    public static async Task<Browser> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("sweep-browser-").FullName;
        string[] arguments =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--remote-debugging-port=0",
            $"--user-data-dir={folder}", "about:blank",
        ];
        var process = Process.Start(
            new ProcessStartInfo(Program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var browser = new Browser(process, folder);
        await browser._socket.ConnectAsync(await browser.AddressAsync(), TestContext.Current.CancellationToken);
        browser._listening = browser.ListenAsync();
        var target = await browser.SendAsync("Target.createTarget", new { url = "about:blank" });
        var targetId = target.GetProperty("targetId").GetString();
        var session = await browser.SendAsync("Target.attachToTarget", new { targetId, flatten = true });
        browser._session = session.GetProperty("sessionId").GetString();
        foreach (var domain in new[] { "Page", "Runtime", "Log", "Network" })
            await browser.SendAsync($"{domain}.enable", new { });
        return browser;
    }

    public async Task OpenAsync(string file)
    {
        _complaints.Clear();
        _requests.Clear();
        _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await SendAsync("Page.navigate", new { url = new Uri(file).AbsoluteUri });
        await _loaded.Task.WaitAsync(Patience);
    }

    /// <summary>Evaluates a JavaScript expression in the page and returns its value.</summary>
    public async Task<JsonElement> EvaluateAsync(string expression)
    {
        var answer = await SendAsync("Runtime.evaluate", new { expression, returnByValue = true, awaitPromise = true });
        Assert.False(answer.TryGetProperty("exceptionDetails", out var details), details.ToString());
        return answer.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
    }

    public async Task PressAsync(string key, int code, string text = "")
    {
        foreach (var type in new[] { "keyDown", "keyUp" })
            await SendAsync(
                "Input.dispatchKeyEvent",
                new { type, key, code = key, windowsVirtualKeyCode = code, text = type == "keyDown" ? text : "" });
    }

    /// <summary>Drags the mouse from one place of the window to another.</summary>
    public async Task DragAsync(double x, double fromY, double toY)
    {
        foreach (var (type, y, buttons) in new[] { ("mousePressed", fromY, 1), ("mouseMoved", toY, 1), ("mouseReleased", toY, 0) })
            await SendAsync("Input.dispatchMouseEvent", new { type, x, y, button = "left", buttons, clickCount = 1 });
    }

    /// <summary>Sets the size of the window and the colour scheme, and waits until the page is drawn.</summary>
    public async Task ShowAsync(int width, int height, bool dark = false)
    {
        await SendAsync("Emulation.setDeviceMetricsOverride", new { width, height, deviceScaleFactor = 1, mobile = false });
        await SendAsync(
            "Emulation.setEmulatedMedia",
            new { features = new[] { new { name = "prefers-color-scheme", value = dark ? "dark" : "light" } } });
        await EvaluateAsync(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(() => done(1)))))");
    }

    /// <summary>Returns an image of the whole page as PNG.</summary>
    public async Task<byte[]> PhotographAsync() =>
        (await SendAsync("Page.captureScreenshot", new { format = "png", captureBeyondViewport = true }))
            .GetProperty("data").GetBytesFromBase64();

    public async Task<byte[]> PrintAsync() =>
        (await SendAsync("Page.printToPDF", new { printBackground = false, preferCSSPageSize = true }))
            .GetProperty("data").GetBytesFromBase64();

    public async ValueTask DisposeAsync()
    {
        _session = null;
        await SendAsync("Browser.close", new { });
        await _process.WaitForExitAsync().WaitAsync(Patience);
        await _listening;
        _socket.Dispose();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<Uri> AddressAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        while (await _process.StandardError.ReadLineAsync(limit.Token) is { } line)
        {
            if (Address().Match(line) is { Success: true } match)
            {
                _ = _process.StandardError.ReadToEndAsync(CancellationToken.None);
                _ = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                return new(match.Value);
            }
        }

        throw new InvalidOperationException("Chromium ended before it listened.");
    }

    private async Task<JsonElement> SendAsync(string method, object parameters)
    {
        var id = Interlocked.Increment(ref _last);
        var answer = _questions[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = _session is null
            ? (object)new { id, method, @params = parameters }
            : new { id, method, @params = parameters, sessionId = _session };
        await _socket.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);
        return await answer.Task.WaitAsync(Patience);
    }

    private async Task ListenAsync()
    {
        var buffer = new byte[1 << 16];
        try
        {
            while (true)
            {
                using var message = new MemoryStream();
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                    message.Write(buffer.AsSpan(0, part.Count));
                }
                while (!part.EndOfMessage);
                if (part.MessageType == WebSocketMessageType.Close)
                    return;
                Receive(JsonDocument.Parse(message.ToArray()).RootElement);
            }
        }
        catch (WebSocketException)
        {
            // The browser has ended.
        }
    }

    private void Receive(JsonElement message)
    {
        if (message.TryGetProperty("id", out var id))
        {
            if (!_questions.TryRemove(id.GetInt32(), out var question))
                return;
            if (message.TryGetProperty("error", out var error))
                question.SetException(new InvalidOperationException(error.ToString()));
            else
                question.SetResult(message.GetProperty("result"));
            return;
        }

        var parameters = message.GetProperty("params");
        switch (message.GetProperty("method").GetString())
        {
            case "Page.loadEventFired":
                _loaded.TrySetResult();
                break;
            case "Runtime.consoleAPICalled" or "Runtime.exceptionThrown" or "Log.entryAdded":
                _complaints.Enqueue(parameters.ToString());
                break;
            case "Network.requestWillBeSent":
                _requests.Enqueue(parameters.GetProperty("request").GetProperty("url").GetString()!);
                break;
        }
    }

    [GeneratedRegex(@"ws://\S+")]
    private static partial Regex Address();
}
