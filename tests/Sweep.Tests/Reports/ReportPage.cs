using System.Text.Json;
using Sweep.Client.Output;
using Sweep.Tests.Client;
using Sweep.Tests.Storage;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Reports;

/// <summary>A page of <c>sweep report --html</c> in a real browser. The pages and their images stay in <c>artifacts/report/</c>.</summary>
internal sealed class ReportPage : IAsyncDisposable
{
    private static readonly string Folder = Directory.CreateDirectory(RepositoryFolder.Join("artifacts", "report")).FullName;

    private ReportPage(Browser browser, string file) => (Browser, File) = (browser, file);

    public Browser Browser { get; }

    public string File { get; }

    public static async Task<ReportPage> OpenAsync(StorageDatabase database, string sweep, params string[] options)
    {
        var file = Path.Combine(Folder, $"{sweep}.html");
        var (code, _, error) = await Samples.RunAsync(
            ["report", sweep, "--html", file, .. options, "--postgres", database.Source.ConnectionString]);
        Assert.Equal((0, ""), (code, error));
        var browser = await Browser.StartAsync();
        await browser.ShowAsync(1400, 1000);
        await browser.OpenAsync(file);
        return new(browser, file);
    }

    public ValueTask DisposeAsync() => Browser.DisposeAsync();

    /// <summary>Evaluates a JavaScript expression in the page.</summary>
    public Task<JsonElement> AskAsync(string expression) => Browser.EvaluateAsync(expression);

    public async Task<int> CountAsync(string selector) =>
        (await AskAsync($"document.querySelectorAll({JsonSerializer.Serialize(selector)}).length")).GetInt32();

    public async Task<List<string>> TextsAsync(string selector)
    {
        var texts = await AskAsync($"[...document.querySelectorAll({JsonSerializer.Serialize(selector)})].map(item => item.textContent)");
        return [.. texts.EnumerateArray().Select(text => text.GetString()!)];
    }

    /// <summary>Sets a field or a select as a user does.</summary>
    public Task SetAsync(string selector, string value) => AskAsync(
        $$"""
        (() => {
          const field = document.querySelector({{JsonSerializer.Serialize(selector)}});
          field.value = {{JsonSerializer.Serialize(value)}};
          field.dispatchEvent(new Event("input", { bubbles: true }));
          field.dispatchEvent(new Event("change", { bubbles: true }));
        })()
        """);

    /// <summary>Returns a line for each row of a section's last table: the plain values of some columns, joined by |.</summary>
    public async Task<List<string>> CellsAsync(string section, string[] columns)
    {
        var rows = await AskAsync(
            $$"""
            (() => {
              const table = [...document.querySelectorAll("{{section}} table")].at(-1);
              const names = [...table.tHead.rows[0].cells].map(cell => cell.dataset.name);
              const places = {{JsonSerializer.Serialize(columns)}}.map(name => names.indexOf(name));
              const plain = cell => cell.dataset.v ?? cell.textContent;
              return [...table.tBodies[0].rows].map(row => places.map(place => plain(row.cells[place])).join("|"));
            })()
            """);
        return [.. rows.EnumerateArray().Select(row => row.GetString()!)];
    }

    public static string Plain(IReadOnlyList<object?> row) => string.Join('|', row.Select(PlainText.Of));

    public async Task AssertDrawnAsync(int expectedCharts)
    {
        var sizes = await AskAsync(
            "[...document.querySelectorAll('.chart svg[aria-label]')].map(svg => svg.querySelectorAll('path, circle, rect').length)");
        Assert.Equal(expectedCharts, sizes.GetArrayLength());
        Assert.All(sizes.EnumerateArray(), size => Assert.True(size.GetInt32() > 1, "a chart is empty"));
    }

    /// <summary>The page has said nothing on the console and has asked nothing of a network.</summary>
    public async Task AssertQuietAsync()
    {
        Assert.Empty(Browser.Complaints);
        Assert.Equal([new Uri(File).AbsoluteUri], Browser.Requests);
        Assert.Equal(0, (await AskAsync("performance.getEntriesByType('resource').length")).GetInt32());
    }

    public async Task PhotographAsync(string name) => await SaveAsync(name, await Browser.PhotographAsync());

    public static Task SaveAsync(string name, byte[] bytes) =>
        System.IO.File.WriteAllBytesAsync(Path.Combine(Folder, name), bytes, TestContext.Current.CancellationToken);
}
