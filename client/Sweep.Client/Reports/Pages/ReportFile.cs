using System.Text;
using Sweep.Client.Files;

namespace Sweep.Client.Reports.Pages;

/// <summary>The file that a page is written to.</summary>
internal static class ReportFile
{
    /// <returns>The size of the file in bytes.</returns>
    public static Task<long> WriteAsync(string path, string page, CancellationToken cancellation) => WholeFile.WriteAsync(
        path,
        mode: null,
        partial => File.WriteAllTextAsync(partial, page, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), cancellation));
}
