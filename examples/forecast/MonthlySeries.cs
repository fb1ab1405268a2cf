namespace Forecast;

/// <summary>
/// A monthly series that is made up here: twenty years of a trend, a season of twelve months that grows with it, and noise.
/// </summary>
internal static class MonthlySeries
{
    private const int Months = 240;

    public static double[] Make()
    {
        var random = new Random(7);
        return
        [
            .. Enumerable.Range(0, Months).Select(month =>
            {
                var trend = 100 + (0.7 * month);
                var season = Math.Sin(Math.Tau * month / 12) + (0.4 * Math.Cos(2 * Math.Tau * month / 12));
                // The sum of uniform numbers is nearly normal.
                var noise = random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5;
                return trend + (0.2 * trend * season) + (8 * noise);
            }),
        ];
    }
}
