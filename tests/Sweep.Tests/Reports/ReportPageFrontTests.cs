using Sweep.Domain.Trials;
using Sweep.Tests.Storage;

namespace Sweep.Tests.Reports;

/// <summary>The charts of several objectives on the page of <c>sweep report --html</c>.</summary>
public sealed class ReportPageFrontTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    [Fact]
    public async Task The_page_draws_the_front_of_SQL_and_the_hypervolume()
    {
        Assert.SkipUnless(File.Exists(Browser.Program), Browser.WhyMissing);
        await ReportRows.AddManyAsync(
            database, "front", 60, [new(Metric.ValLoss, Goal.Minimize), new(new("model_parameters"), Goal.Minimize)]);
        await using var page = await ReportPage.OpenAsync(database, "front");
        var front = (await database.Reader.QueryAsync(
            "select first_trial from fronts where sweep = 'front' order by values[1]", TestContext.Current.CancellationToken)).Rows
            .Select(ReportPage.Plain).ToList();
        Assert.InRange(front.Count, 3, 40);
        Assert.Equal(front, await page.CellsAsync("#front", ["number"]));
        Assert.Equal(2, await page.CountAsync("#chart-front svg[aria-label]"));
        // All dots, and above them those of the front.
        Assert.Equal(60 + front.Count, await page.CountAsync("#chart-front svg[aria-label^='Trainable'] g[aria-label=dot] circle"));
        Assert.Equal(1, await page.CountAsync("#chart-front svg[aria-label^='Hypervolume'] g[aria-label=line] path"));
        Assert.Equal("The front", (await page.TextsAsync("#front h2")).Single());
        await page.AssertQuietAsync();
        await page.AskAsync("document.getElementById('front').scrollIntoView()");
        await page.PhotographAsync("front.png");
    }
}
