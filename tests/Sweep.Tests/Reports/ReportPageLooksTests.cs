using System.Text.Json;
using Sweep.Tests.Storage;

namespace Sweep.Tests.Reports;

/// <summary>
/// Photographs the page of <c>sweep report --html</c> at three widths, light and dark, with few and with many trials, and looks for what a
/// reader would stumble over.
/// </summary>
public sealed class ReportPageLooksTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private const double LeastContrast = 4.5;

    /// <summary>What is cut off without a sign: by an element that hides what overflows, or at the edge of a chart.</summary>
    private const string Cut =
        """
        [
          ...[...document.querySelectorAll("body *")].filter(item => item.checkVisibility() && item.tagName !== "CAPTION"
              && getComputedStyle(item).overflowX !== "visible" && item.scrollWidth > item.clientWidth + 1 && !item.dataset?.cut
              && !(item instanceof SVGElement))
            .map(item => `${item.tagName} ${item.className} ${item.scrollWidth} > ${item.clientWidth}`),
          ...[...document.querySelectorAll(".chart svg text")].filter(text => {
            const [inner, outer] = [text.getBoundingClientRect(), text.closest("svg").getBoundingClientRect()];
            return inner.width > 0 && (inner.left < outer.left - 1 || inner.right > outer.right + 1
              || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1);
          }).map(text => `${text.closest("svg").getAttribute("aria-label")}: ${text.textContent}`),
        ]
        """;

    /// <summary>Texts whose contrast with what is behind them is below LEAST. Source: WCAG 2.2, contrast ratio.</summary>
    private const string Faint =
        """
        (() => {
          const parse = colour => {
            const numbers = colour.match(/[\d.]+/g).map(Number);
            return colour.startsWith("color(") ? [...numbers.slice(0, 3).map(part => part * 255), numbers[3] ?? 1]
              : [...numbers.slice(0, 3), numbers[3] ?? 1];
          };
          const over = (front, back) => back.slice(0, 3).map((part, index) => front[3] * front[index] + (1 - front[3]) * part).concat(1);
          const behind = item => {
            const layers = [];
            for (let at = item; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
            return layers.reverse().reduce((back, front) => over(front, back), [255, 255, 255, 1]);
          };
          const light = colour => colour.slice(0, 3)
            .map(part => part / 255).map(part => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4)
            .reduce((sum, part, index) => sum + part * [.2126, .7152, .0722][index], 0);
          const found = new Set();
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const item = walker.currentNode.parentElement;
            if (!walker.currentNode.textContent.trim() || !item.checkVisibility() || item.closest("script, caption, option")) continue;
            const style = getComputedStyle(item);
            const back = behind(item instanceof SVGElement ? item.closest("div") : item);
            const colour = item instanceof SVGElement ? style.fill : style.color;
            const front = over(parse(colour), back);
            const [high, low] = [light(front), light(back)].sort((a, b) => b - a);
            const contrast = (high + .05) / (low + .05);
            if (contrast < LEAST) found.add(`${item.tagName} ${item.className?.baseVal ?? item.className}: ${contrast.toFixed(2)}`);
          }
          return [...found];
        })()
        """;

    [Theory]
    [InlineData(9)]
    [InlineData(200)]
    [InlineData(5000)]
    public async Task Nothing_is_cut_faint_or_wider_than_the_window(int trials)
    {
        Assert.SkipUnless(File.Exists(Browser.Program), Browser.WhyMissing);
        var name = $"looks-{trials}";
        await (trials == 9 ? ReportRows.AddNineAsync(database, name) : ReportRows.AddManyAsync(database, name, trials));
        await using var page = await ReportPage.OpenAsync(database, name);
        Assert.InRange(new FileInfo(page.File).Length, 500_000, trials == 9 ? 650_000 : trials == 200 ? 1_200_000 : 6_000_000);
        var paint = await page.AskAsync("performance.getEntriesByName('first-contentful-paint')[0].startTime");
        Assert.InRange(paint.GetDouble(), 0, 10_000);
        foreach (var width in (int[])[400, 1280, 1920])
        {
            foreach (var dark in (bool[])[false, true])
            {
                await page.Browser.ShowAsync(width, 1000, dark);
                var scheme = dark ? "dark" : "light";
                await page.PhotographAsync($"{name}-{scheme}-{width}.png");
                Assert.Equal(width, (await page.AskAsync("document.documentElement.scrollWidth")).GetInt32());
                // What is cut does not depend on the colours, nor contrast on the width.
                if (!dark)
                    Assert.Empty(await ListAsync(Cut));
                if (width == 1280)
                    Assert.Empty(await ListAsync(Faint.Replace("LEAST", $"{LeastContrast}", StringComparison.Ordinal)));
                var expected = dark ? "rgb(22, 24, 27)" : "rgb(252, 252, 251)";
                Assert.Equal(expected, (await page.AskAsync("getComputedStyle(document.body).backgroundColor")).GetString());
            }
        }

        // At 1280 pixels and above the table has all columns, or names those that it leaves out.
        var missing = await page.CountAsync("#trials thead th:not([data-dispensable])");
        Assert.InRange(missing, 8, 20);
        await page.AssertQuietAsync();

        async Task<List<string>> ListAsync(string expression) =>
            JsonSerializer.Deserialize<List<string>>((await page.AskAsync(expression)).GetRawText())!;
    }

    [Fact]
    public async Task Two_thousand_rows_filter_and_sort_at_once_and_the_page_says_what_it_leaves_out()
    {
        Assert.SkipUnless(File.Exists(Browser.Program), Browser.WhyMissing);
        await ReportRows.AddManyAsync(database, "many", 2000);
        await using var page = await ReportPage.OpenAsync(database, "many");
        var text = (await page.AskAsync("document.body.innerText")).GetString()!;
        Assert.Contains("The 12 best of 2,000 trials.", text, StringComparison.Ordinal);
        Assert.Contains("400 of 2,000 trials, evenly over the ranking.", text, StringComparison.Ordinal);
        Assert.Contains("30 of 2000 rows are shown.", text, StringComparison.Ordinal);
        Assert.Equal(30, await page.CountAsync("#trials tbody tr"));
        Assert.InRange(await MillisecondsAsync("document.querySelector('#trials th[data-name=macs] button').click()"), 0, 2000);

        // No key draws thousands of rows anew, also after all have been shown.
        await page.AskAsync(
            "[...document.querySelectorAll('#trials .all button')].find(item => item.textContent === 'Show all 2000').click()");
        Assert.Equal(2000, await page.CountAsync("#trials tbody tr"));
        foreach (var typed in (string[])["l", "ls", "lst", "lstm", "lstm val_loss<2"])
        {
            var field = $"const field = document.querySelector('[data-filter]'); field.value = '{typed}';";
            Assert.InRange(await MillisecondsAsync($"{field} field.dispatchEvent(new Event('input'))"), 0, 1000);
            Assert.InRange(await page.CountAsync("#trials tbody tr"), 0, 30);
        }

        var found = await database.Reader.QueryAsync(
            "select count(*) from trial_summary where sweep = 'many' and cell = 'lstm' and val_loss < 2",
            TestContext.Current.CancellationToken);
        Assert.Equal($"{found.Rows[0][0]} of 2000 trials match.", (await page.TextsAsync("#trials output")).Single());
        await page.AssertDrawnAsync(expectedCharts: 4 + 6 + 1 + 3 + 1 + 2);
        await page.AssertQuietAsync();

        async Task<double> MillisecondsAsync(string act) => (await page.AskAsync(
            $$"""
            (() => {
              const from = performance.now();
              {{act}};
              document.body.offsetHeight;
              return performance.now() - from;
            })()
            """)).GetDouble();
    }

    /// <summary>Lines and dots need a contrast of 3 with the page. Source: WCAG 2.2, success criterion 1.4.11.</summary>
    [Fact]
    public async Task The_colours_of_curves_are_strong_enough_in_both_schemes()
    {
        Assert.SkipUnless(File.Exists(Browser.Program), Browser.WhyMissing);
        await ReportRows.AddNineAsync(database, "colours");
        await using var page = await ReportPage.OpenAsync(database, "colours");
        foreach (var dark in (bool[])[false, true])
        {
            await page.Browser.ShowAsync(1280, 1000, dark);
            await page.AskAsync(
                """
                document.querySelector("main").innerHTML =
                  [0, 1, 2, 3, 4, 5, 6, 7].map(index => `<b style="color: var(--c${index})">colour</b>`).join(" ");
                """);
            Assert.Empty((await page.AskAsync(Faint.Replace("LEAST", "3", StringComparison.Ordinal))).EnumerateArray());
        }
    }
}
